// SPDX-License-Identifier: Apache-2.0
// Gzip both ways: what comes out is never more than the bound, and what goes in comes back.
//
// Input: a line with the bound in decimal (256 KiB at most); then bytes, which are used as a body
// from the wire, as what stands inside a gzip member, and as a message to compress. Inside a
// member, because hardly any other body has the right checksum: the target puts it there.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <zlib.h>

#include "mailroom/base/check.h"
#include "mailroom/base/status.h"
#include "mailroom/rpc/compression.h"
#include "mailroom/tests/fuzz/target.h"

namespace mailroom::fuzz {
namespace {

// A deflated byte becomes a thousand: of bombs this much is looked at.
constexpr size_t kMost = size_t{1} << 18;

struct Opened {
  Status status;
  std::string plain;
};

// One compressor for all inputs: what one leaves behind must not reach the next.
rpc::Compressor& TheCompressor() {
  static rpc::Compressor compressor;
  return compressor;
}

// What must hold of every body, right or wrong.
Opened Open(BytesView bytes, size_t bound) {
  Opened opened;
  opened.plain = "before";
  opened.status = TheCompressor().Decompress(Compression::kGzip, bytes, {bound}, &opened.plain);
  MAILROOM_CHECK(opened.plain.starts_with("before"));
  opened.plain.erase(0, 6);
  MAILROOM_CHECK(opened.plain.size() <= bound);
  const Code code = opened.status.code();
  MAILROOM_CHECK(code == Code::kOk || code == Code::kInvalidArgument ||
                 code == Code::kResourceExhausted);
  MAILROOM_CHECK(code == Code::kOk || !opened.status.message().empty());
  return opened;
}

std::string Gzip(BytesView plain) {
  std::string bytes = "before";
  TheCompressor().Compress(Compression::kGzip, plain, &bytes);
  MAILROOM_CHECK(bytes.starts_with("before"));
  return bytes.substr(6);
}

// The bound decides whether a body is taken, and nothing else.
void CheckReading(BytesView bytes, size_t bound) {
  const Opened all = Open(bytes, kMost);
  const Opened bounded = Open(bytes, bound);
  MAILROOM_CHECK(all.plain.starts_with(bounded.plain));
  if (bounded.status.code() == Code::kResourceExhausted) {
    MAILROOM_CHECK(all.status.code() == Code::kResourceExhausted || all.plain.size() > bound);
    return;
  }
  MAILROOM_CHECK(bounded.status.code() == all.status.code() && bounded.plain == all.plain);
}

// What `deflated` was made from, by zlib alone and in one go; nothing when it is no whole deflate
// stream, or one of more than kMost.
std::optional<std::string> Inflate(BytesView deflated) {
  static char plain[kMost];
  z_stream stream{};
  MAILROOM_CHECK(inflateInit2(&stream, -15) == Z_OK);  // without a frame
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(deflated.data()));
  stream.avail_in = static_cast<uInt>(deflated.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain);
  stream.avail_out = static_cast<uInt>(kMost);
  const bool whole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  if (!whole) return std::nullopt;
  return std::string(plain, kMost - stream.avail_out);
}

void AppendLittleEndian(uint32_t number, std::string* bytes) {
  for (int shift = 0; shift < 32; shift += 8) {
    bytes->push_back(static_cast<char>(number >> shift & 0xff));
  }
}

// RFC 1952 s2.3, without any of the optional fields.
std::string InMember(BytesView deflated, BytesView plain) {
  std::string member("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  member.append(deflated);
  const uLong sum =
      crc32(0, reinterpret_cast<const Bytef*>(plain.data()), static_cast<uInt>(plain.size()));
  AppendLittleEndian(static_cast<uint32_t>(sum), &member);
  AppendLittleEndian(static_cast<uint32_t>(plain.size()), &member);
  return member;
}

void CheckMember(BytesView deflated, size_t bound) {
  const std::optional<std::string> plain = Inflate(deflated);
  if (!plain) {
    CheckReading(InMember(deflated, ""), bound);
    return;
  }
  const std::string member = InMember(deflated, *plain);
  const Opened opened = Open(member, bound);
  if (plain->size() > bound) {
    MAILROOM_CHECK(opened.status.code() == Code::kResourceExhausted);
    return;
  }
  MAILROOM_CHECK(opened.status.ok() && opened.plain == *plain);
  // A wrong sum, a wrong length, and something that follows.
  std::string wrong = member;
  wrong[wrong.size() - 1 - bound % 8] ^= 1;
  MAILROOM_CHECK(Open(wrong, bound).status.code() == Code::kInvalidArgument);
  MAILROOM_CHECK(Open(member + "x", bound).status.code() == Code::kInvalidArgument);
}

void CheckWriting(BytesView plain, size_t bound) {
  const std::string bytes = Gzip(plain);
  MAILROOM_CHECK(Inflate(BytesView(bytes).substr(10, bytes.size() - 18)) == plain);
  const Opened opened = Open(bytes, plain.size());
  MAILROOM_CHECK(opened.status.ok() && opened.plain == plain);
  if (!plain.empty()) {
    MAILROOM_CHECK(Open(bytes, plain.size() - 1).status.code() == Code::kResourceExhausted);
  }
  // Two members are one message.
  const size_t middle = std::min(bound, plain.size());
  const Opened joined = Open(Gzip(plain.substr(0, middle)) + Gzip(plain.substr(middle)), bound);
  MAILROOM_CHECK(joined.status.ok() == (plain.size() <= bound));
  MAILROOM_CHECK(plain.starts_with(joined.plain));
}

size_t BoundOf(std::string_view digits) {
  size_t bound = 0;
  for (const char c : digits) bound = std::min(bound * 10 + Number(c, 10), kMost);
  return bound;
}

}  // namespace
}  // namespace mailroom::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailroom::fuzz;
  std::string_view bytes = Text(data, size);
  const size_t bound = BoundOf(TakeUntil('\n', &bytes));
  const ExactCopy body(bytes);
  CheckReading(body.view(), bound);
  CheckMember(body.view(), bound);
  CheckWriting(body.view(), bound);
  return 0;
}
