// SPDX-License-Identifier: Apache-2.0
// Beast 1.74 asserts things that a peer decides (a last chunk that arrives as
// "0\r\n" and "\r"): never in a server. This must stand before any include.
#ifndef BOOST_DISABLE_ASSERTS
#define BOOST_DISABLE_ASSERTS
#endif

#include "mailroom/http/http1_parser.h"

#include <algorithm>
#include <limits>
#include <optional>

#include <boost/beast/http/basic_parser.hpp>

#include "mailroom/base/ascii.h"
#include "mailroom/http/char_class.h"
#include "mailroom/http/field_list.h"

namespace mailroom::http {
namespace {

namespace beast = boost::beast::http;
using BeastView = boost::beast::string_view;
using BeastError = boost::beast::error_code;

std::string_view View(BeastView text) { return {text.data(), text.size()}; }

// RFC 9112 s6.1: what is not chunked but well-formed is merely not supported
// (501); chunked twice, with parameters or not at the end is a trap (400).
Fault JudgeTransferEncoding(std::string_view value) {
  if (EqualsIgnoreCase(value, "chunked")) return Fault::kNone;
  if (value.empty()) return Fault::kTransferEncoding;
  while (!value.empty()) {
    const bool at_end = FindSeparator(value, ',') == std::string_view::npos;
    const std::string_view coding = TakeElement(&value, ',');
    std::string_view rest = coding;
    const std::string_view name = TakeElement(&rest, ';');
    if (!IsToken(name)) return Fault::kTransferEncoding;
    const bool plain = name.size() == coding.size();
    if (EqualsIgnoreCase(name, "chunked") && !(at_end && plain)) return Fault::kTransferEncoding;
  }
  return Fault::kTransferCoding;
}

// Beast's basic_parser with callbacks that keep views, and the guard's notes.
class Request final : public beast::basic_parser<true> {
 public:
  Request(RequestHead* head, Headers* fields) : head_(head), fields_(fields) {
    // The bounds are the guard's: Beast gets whole heads of a known size.
    header_limit(std::numeric_limits<uint32_t>::max());
    // Not boost::none: 1.74 compares with it and finds any length larger.
    body_limit(std::numeric_limits<uint64_t>::max());
  }

  // Feeds bytes that make one whole structure. False when Beast refuses them.
  bool Feed(BytesView bytes, BeastError* error) {
    const size_t taken = put(boost::asio::const_buffer(bytes.data(), bytes.size()), *error);
    return !*error && taken == bytes.size();
  }

  Fault ExplainHead(const BeastError& error) const;
  Fault JudgeHead() const;

  // The head's owner goes; from now on fields are trailers and are dropped.
  void LeaveHead() {
    head_ = nullptr;
    fields_ = nullptr;
  }
  uint64_t chunk_size() const { return chunk_size_; }

 private:
  void on_request_impl(beast::verb, BeastView method, BeastView target, int version,
                       BeastError&) override {
    head_->method = View(method);
    head_->target = View(target);
    head_->version_minor = version - 10;
    head_->keep_alive = version > 10;
  }
  void on_field_impl(beast::field, BeastView name, BeastView value, BeastError& error) override;
  void on_chunk_header_impl(std::uint64_t size, BeastView, BeastError&) override {
    chunk_size_ = size;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView body, BeastError&) override {
    return body.size();
  }
  void on_response_impl(int, BeastView, int, BeastError&) override {}
  void on_header_impl(BeastError&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, BeastError&) override {}
  std::size_t on_body_impl(BeastView body, BeastError&) override { return body.size(); }
  void on_finish_impl(BeastError&) override {}

  Fault NoteHost(std::string_view value);
  Fault NoteContentLength(std::string_view value);
  Fault NoteTransferEncoding(std::string_view value);
  Fault NoteContentType(std::string_view value);
  void NoteConnection(std::string_view list);
  void NoteExpect(std::string_view value);

  RequestHead* head_;
  Headers* fields_;
  uint64_t chunk_size_ = 0;
  Fault fault_ = Fault::kNone;  // the first one found
  Fault encoding_fault_ = Fault::kNone;
  bool has_host_ = false;
  bool has_length_ = false;
  bool has_encoding_ = false;
  bool has_type_ = false;
  bool closes_ = false;
  bool expects_other_ = false;
};

void Request::on_field_impl(beast::field, BeastView name_text, BeastView value_text,
                            BeastError& error) {
  if (fields_ == nullptr) return;
  const std::string_view name = View(name_text);
  const std::string_view value = View(value_text);
  const FieldName known = RecognizeField(name);
  switch (known) {
    case FieldName::kHost:
      fault_ = NoteHost(value);
      break;
    case FieldName::kContentLength:
      fault_ = NoteContentLength(value);
      break;
    case FieldName::kTransferEncoding:
      fault_ = NoteTransferEncoding(value);
      break;
    case FieldName::kConnection:
      NoteConnection(value);
      break;
    case FieldName::kContentType:
      fault_ = NoteContentType(value);
      break;
    case FieldName::kExpect:
      NoteExpect(value);
      break;
    default:
      break;
  }
  fields_->Add(known, name, value);
  if (fault_ != Fault::kNone) error = beast::error::bad_value;
}

Fault Request::NoteHost(std::string_view value) {
  if (has_host_) return Fault::kHostRepeated;
  has_host_ = true;
  head_->host = value;
  return IsValidHost(value) ? Fault::kNone : Fault::kHostInvalid;
}

Fault Request::NoteContentLength(std::string_view value) {
  if (has_length_ || value.empty() || !AllAre(kDigitChar, value)) return Fault::kContentLength;
  has_length_ = true;
  return Fault::kNone;
}

Fault Request::NoteTransferEncoding(std::string_view value) {
  if (has_encoding_) return Fault::kTransferEncoding;
  has_encoding_ = true;
  encoding_fault_ = JudgeTransferEncoding(value);
  return Fault::kNone;
}

// RFC 9110 s8.3: which of two would be meant is anybody's guess, so a filter in front
// may have read the other one.
Fault Request::NoteContentType(std::string_view value) {
  if (has_type_) return Fault::kContentTypeRepeated;
  has_type_ = true;
  head_->content_type = value;
  return Fault::kNone;
}

// RFC 9112 s9.3: close wins over keep-alive, wherever it stands.
void Request::NoteConnection(std::string_view list) {
  while (!list.empty()) {
    const std::string_view option = TakeElement(&list, ',');
    if (EqualsIgnoreCase(option, "close")) closes_ = true;
    if (EqualsIgnoreCase(option, "keep-alive")) head_->keep_alive = true;
  }
  if (closes_) head_->keep_alive = false;
}

void Request::NoteExpect(std::string_view value) {
  const bool known = EqualsIgnoreCase(value, "100-continue");
  if (!known) expects_other_ = true;
  head_->expects_continue = known;
}

// Newer Boosts (1.83 does, 1.74 does not) have an error of their own for lengths that differ.
template <typename Error>
bool IsLengthError(const BeastError& error) {
  if constexpr (requires { Error::multiple_content_length; }) {
    if (error == Error::multiple_content_length) return true;
  }
  return error == Error::bad_content_length;
}

Fault Request::ExplainHead(const BeastError& error) const {
  if (fault_ != Fault::kNone) return fault_;
  if (head_->method.empty()) return Fault::kRequestLine;
  if (IsLengthError<beast::error>(error)) {
    return has_encoding_ ? Fault::kLengthAndChunked : Fault::kContentLength;
  }
  if (error == beast::error::bad_transfer_encoding) {
    return has_length_ ? Fault::kLengthAndChunked : Fault::kTransferEncoding;
  }
  return Fault::kField;
}

// What only the whole head shows. Framing first: nothing may hide it.
Fault Request::JudgeHead() const {
  if (has_encoding_ && has_length_) return Fault::kLengthAndChunked;
  if (has_encoding_ && head_->version_minor == 0) return Fault::kChunkedIn10;
  if (encoding_fault_ != Fault::kNone) return encoding_fault_;
  // Beast must agree, or it would not decode the chunks.
  if (has_encoding_ != chunked()) return Fault::kTransferEncoding;
  if (head_->version_minor > 0 && !has_host_) return Fault::kHostMissing;
  // RFC 9110 s10.1.1: HTTP/1.0 has no expectations.
  if (expects_other_ && head_->version_minor > 0) return Fault::kExpectation;
  return Fault::kNone;
}

}  // namespace

class Http1Parser::Impl {
 public:
  std::optional<Request> request;
  ChunkScan scan;
  uint64_t chunk_left = 0;

  ChunkStep TakeData(BytesView input, size_t taken);
  Fault ReadChunkLine(BytesView line, bool* ended);
};

Http1Parser::Http1Parser() : impl_(std::make_unique<Impl>()) {}
Http1Parser::~Http1Parser() = default;

Fault Http1Parser::ParseHead(BytesView block, const Limits& limits, RequestHead* head,
                             Headers* fields) {
  Request& request = impl_->request.emplace(head, fields);
  BeastError error;
  if (!request.Feed(block, &error)) return request.ExplainHead(error);
  Fault fault = request.JudgeHead();
  if (fault == Fault::kNone) fault = SplitTarget(head->method, head->target, &head->parts);
  if (fault != Fault::kNone) return fault;
  head->expects_continue = head->expects_continue && head->version_minor > 0;
  head->content_length = request.content_length().value_or(0);
  head->chunked = request.chunked();
  request.LeaveHead();
  if (head->chunked) {
    request.body_limit(limits.body_bytes);
    impl_->scan = ChunkScan();
    impl_->chunk_left = 0;
  }
  return Fault::kNone;
}

ChunkStep Http1Parser::NextChunk(BytesView input, const Limits& limits) {
  ChunkStep step;
  if (impl_->chunk_left > 0) return impl_->TakeData(input, 0);
  switch (impl_->scan.Scan(input, limits, &step.fault)) {
    case Progress::kNeedMore:
      return step;
    case Progress::kBad:
      step.kind = ChunkStep::Kind::kBad;
      return step;
    case Progress::kDone:
      break;
  }
  step.consumed = impl_->scan.size();
  bool ended = false;
  step.fault = impl_->ReadChunkLine(input.substr(0, step.consumed), &ended);
  if (step.fault != Fault::kNone) {
    step.kind = ChunkStep::Kind::kBad;
    return step;
  }
  if (!ended) return impl_->TakeData(input.substr(step.consumed), step.consumed);
  step.kind = ChunkStep::Kind::kEnd;
  return step;
}

Fault Http1Parser::Impl::ReadChunkLine(BytesView line, bool* ended) {
  BeastError error;
  if (!request->Feed(line, &error)) {
    return error == beast::error::body_limit ? Fault::kBodyTooLarge : Fault::kChunk;
  }
  *ended = request->is_done();
  chunk_left = *ended ? 0 : request->chunk_size();
  scan.StartNext();
  return Fault::kNone;
}

// Data goes through Beast too, which counts it.
ChunkStep Http1Parser::Impl::TakeData(BytesView input, size_t taken) {
  ChunkStep step;
  step.consumed = taken;
  step.data = input.substr(0, std::min<uint64_t>(chunk_left, input.size()));
  if (step.data.empty()) return step;
  BeastError error;
  if (!request->Feed(step.data, &error)) {
    step.kind = ChunkStep::Kind::kBad;
    step.fault = Fault::kChunk;
    return step;
  }
  step.kind = ChunkStep::Kind::kData;
  step.consumed += step.data.size();
  chunk_left -= step.data.size();
  return step;
}

}  // namespace mailroom::http
