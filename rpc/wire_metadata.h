// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mailroom/base/metadata.h"
#include "mailroom/base/status.h"
#include "mailroom/http/headers.h"

// Metadata between a handler and HTTP fields, by the rules that Connect, gRPC
// and gRPC-Web share. Private.
//
// What a handler may send is refused here or nowhere: a key outside of
// [a-z0-9_.-], a name that belongs to HTTP or to a protocol, and a value that is
// not printable ASCII, CR and LF above all. Nothing is mended in silence: a
// handler that puts a client's words into a header must notice (that is how a
// response is split), so its whole answer becomes `internal`. Bytes of any kind
// travel under a key that ends in "-bin". The same holds for too much of it: a
// proxy on the way would turn the answer into an error of its own.
// Loop thread.
namespace mailroom::rpc {

// Adds a request's field to *metadata. A "-bin" value is decoded, and cut at
// commas first: a proxy may have joined repeated fields. invalid_argument when
// it is not base64.
Status AddRequestField(const http::Field& field, Metadata* metadata);

// What may not be sent: internal, naming the key. Trailers may use the names of
// HTTP's own fields when they carry a prefix.
Status CheckLeading(const Metadata& metadata);
Status CheckTrailing(const Metadata& metadata);

// What leading and trailing metadata of one answer may come to, counted as HTTP/2
// counts a list of fields. Node's client and HAProxy read heads of 16 KiB by
// default: a quarter is left to HTTP's own fields and to what proxies add.
inline constexpr size_t kMaxAnswerMetadata = 12 * 1024;

// The list's size with each key behind `prefix`: names, values as they are sent,
// 32 for each field (RFC 9113 s6.5.2).
size_t ListSize(const Metadata& metadata, std::string_view prefix);
// internal when that is more than may be sent.
Status CheckSize(size_t list_size);

// The bytes that AppendFields would compose in `text`.
size_t ComposedSize(const Metadata& metadata, std::string_view prefix);

// Adds each entry as a field, "-bin" values in base64, each key behind `prefix`.
// The fields' views point into *metadata and *text.
// REQUIRES: *text has room for ComposedSize more bytes (it must not move).
void AppendFields(const Metadata& metadata, std::string_view prefix, http::Headers* fields,
                  std::string* text);

}  // namespace mailroom::rpc
