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
// travel under a key that ends in "-bin".
// Loop thread.
namespace mailroom::rpc {

// True for request fields that speak about the connection, the body or its
// coding: no handler sees them.
bool IsTransportField(std::string_view name);

// Adds a request's field to *metadata. A "-bin" value is decoded, and cut at
// commas first: a proxy may have joined repeated fields. invalid_argument when
// it is not base64.
Status AddRequestField(const http::Field& field, Metadata* metadata);

// What may not be sent: internal, naming the key. Trailers may use the names of
// HTTP's own fields when they carry a prefix.
Status CheckLeading(const Metadata& metadata);
Status CheckTrailing(const Metadata& metadata);

// The bytes that AppendFields would compose in `text`.
size_t ComposedSize(const Metadata& metadata, std::string_view prefix);

// Adds each entry as a field, "-bin" values in base64, each key behind `prefix`.
// The fields' views point into *metadata and *text.
// REQUIRES: *text has room for ComposedSize more bytes (it must not move).
void AppendFields(const Metadata& metadata, std::string_view prefix, http::Headers* fields,
                  std::string* text);

}  // namespace mailroom::rpc
