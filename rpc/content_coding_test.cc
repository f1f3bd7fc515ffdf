// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/content_coding.h"

#include <array>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "mailroom/rpc/compression.h"

namespace mailroom::rpc {
namespace {

constexpr Compression kNo = Compression::kIdentity;
constexpr Compression kGzip = Compression::kGzip;

TEST(ContentCodingTest, NamesAreReadInAnyCase) {
  for (const char* name : {"gzip", "GZIP", "x-gzip", "X-GZip"}) {
    EXPECT_EQ(FindCompression(name), kGzip) << name;
  }
  for (const char* name : {"", "identity", "*", "gzi", "gzipp", "deflate", "compress", "gzip "}) {
    EXPECT_EQ(FindCompression(name), std::nullopt) << name;
  }
  EXPECT_EQ(FindCompression(NameOf(kGzip)), kGzip);
}

TEST(ContentCodingTest, EachOfTheListCompressesAndDecompresses) {
  for (const ContentCoding& coding : kContentCodings) {
    EXPECT_NE(KnownCompressions().find(coding.name), std::string_view::npos);
    EXPECT_EQ(NameOf(coding.compression), coding.name);
    EXPECT_EQ(FindCompression(coding.name), coding.compression);
    Compressor compressor;
    std::string bytes;
    compressor.Compress(coding.compression, std::string(5000, 'a'), &bytes);
    EXPECT_LT(bytes.size(), 500u) << coding.name;
    std::string plain;
    EXPECT_TRUE(compressor.Decompress(coding.compression, bytes, {5000}, &plain).ok());
    EXPECT_EQ(plain, std::string(5000, 'a')) << coding.name;
  }
}

// The rows hold whatever codings this build has.
constexpr std::array kGzipAlone = {ContentCoding{Compression::kGzip, "gzip", "x-gzip"}};

struct Row {
  const char* value;
  Compression best;
  bool refuses_identity;
};

// RFC 9110 s12.5.3, and Connect's list in order of preference where weights tie.
class AcceptEncodingTest : public ::testing::TestWithParam<Row> {};

TEST_P(AcceptEncodingTest, IsWeighed) {
  AcceptEncoding accept(kGzipAlone);
  EXPECT_FALSE(accept.given());
  accept.Add(GetParam().value);
  EXPECT_TRUE(accept.given());
  EXPECT_EQ(accept.best(), GetParam().best) << GetParam().value;
  EXPECT_EQ(accept.refuses_identity(), GetParam().refuses_identity) << GetParam().value;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, AcceptEncodingTest,
    ::testing::Values(
        // What clients send.
        Row{"gzip", kGzip, false}, Row{"gzip, deflate", kGzip, false},
        Row{"deflate, gzip, br", kGzip, false}, Row{"gzip,br", kGzip, false},
        Row{"gzip, deflate, br, zstd", kGzip, false}, Row{"br, deflate", kNo, false},
        Row{"*", kGzip, false}, Row{"identity", kNo, false}, Row{"", kNo, false},
        Row{"GZIP", kGzip, false}, Row{"x-gzip", kGzip, false}, Row{"compress, gzip", kGzip, false},
        Row{"gzip;q=1.0, *;q=0.5", kGzip, false},
        // Weights.
        Row{"gzip;q=0", kNo, false}, Row{"gzip;q=0.0", kNo, false}, Row{"gzip;q=0.000", kNo, false},
        Row{"gzip;q=0.001", kGzip, false}, Row{"gzip; q=0.5", kGzip, false},
        Row{"gzip ;\tQ=1.000", kGzip, false}, Row{"gzip;q=1.", kGzip, false},
        Row{"gzip;q=0.", kNo, false}, Row{"gzip;q=0.5, identity", kNo, false},
        Row{"identity;q=0.5, gzip", kGzip, false}, Row{"identity;q=0.5, gzip;q=0.4", kNo, false},
        Row{"identity;q=0.5, gzip;q=0.501", kGzip, false},
        // Order, where they tie.
        Row{"gzip, identity", kGzip, false}, Row{"identity, gzip", kNo, false},
        Row{"identity;q=0.3, gzip;q=0.3", kNo, false}, Row{"identity, *", kNo, false},
        Row{"*, identity", kGzip, false},
        // What is not named.
        Row{"*;q=0", kNo, true}, Row{"*;q=0, gzip", kGzip, true}, Row{"gzip;q=0, *", kNo, false},
        Row{"*, gzip;q=0", kNo, false}, Row{"*;q=0, identity", kNo, false},
        Row{"br, *;q=0.1", kGzip, false},
        // identity refused.
        Row{"identity;q=0", kNo, true}, Row{"identity;q=0, gzip", kGzip, true},
        Row{"gzip, identity;q=0", kGzip, true}, Row{"gzip;q=0.001, identity;q=0", kGzip, true},
        // Malformed: the answer goes out as it is.
        Row{"gzip;q=2", kNo, false}, Row{"gzip;q=1.001", kNo, false},
        Row{"gzip;q=0.1234", kNo, false}, Row{"gzip;q=-1", kNo, false}, Row{"gzip;q=x", kNo, false},
        Row{"gzip;q=", kNo, false}, Row{"gzip;q", kNo, false}, Row{"gzip;q=0,5", kNo, false},
        Row{"gzip;q=.5", kNo, false}, Row{"gzip;q=1;x=y", kNo, false}, Row{"gzip;q= 1", kNo, false},
        Row{"gzip;level=9", kNo, false}, Row{"gzip;q=x, *", kNo, false},
        Row{"identity;q=x, gzip", kGzip, false}, Row{"identity;q=x", kNo, false},
        Row{"*;q=x", kNo, false}, Row{"\"gzip\"", kNo, false}, Row{"gzip deflate", kNo, false},
        Row{",,, ,gzip,", kGzip, false}, Row{";q=1", kNo, false}, Row{",", kNo, false},
        // Named twice: the lower weight.
        Row{"gzip, gzip;q=0", kNo, false}, Row{"gzip;q=0, gzip", kNo, false},
        Row{"gzip, x-gzip;q=0.1, identity;q=0.5", kNo, false}));

// Of several codings, as a build with brotli has them: any value that is no gzip.
constexpr auto kBrotli = static_cast<Compression>(200);
constexpr std::array kTwo = {ContentCoding{Compression::kGzip, "gzip", "x-gzip"},
                             ContentCoding{kBrotli, "br", ""}};

class SeveralCodingsTest : public ::testing::TestWithParam<Row> {};

TEST_P(SeveralCodingsTest, TheClientChooses) {
  AcceptEncoding accept(kTwo);
  accept.Add(GetParam().value);
  EXPECT_EQ(accept.best(), GetParam().best) << GetParam().value;
  EXPECT_EQ(accept.refuses_identity(), GetParam().refuses_identity) << GetParam().value;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, SeveralCodingsTest,
    ::testing::Values(Row{"br", kBrotli, false}, Row{"gzip", kGzip, false},
                      Row{"gzip, deflate, br, zstd", kGzip, false}, Row{"br, gzip", kBrotli, false},
                      Row{"zstd, br;q=0.9, gzip", kGzip, false},
                      Row{"gzip;q=0.8, br;q=0.9", kBrotli, false},
                      Row{"gzip;q=0.8, br;q=0.8", kGzip, false}, Row{"*", kGzip, false},
                      Row{"gzip;q=0, *", kBrotli, false}, Row{"*;q=0.5, br;q=0.4", kGzip, false},
                      Row{"br;q=0.5, *;q=0.5", kBrotli, false}, Row{"br, identity", kBrotli, false},
                      Row{"identity, br", kNo, false}, Row{"identity, br, gzip;q=0", kNo, false},
                      Row{"gzip;q=0, br;q=0", kNo, false}, Row{"br;q=x, gzip;q=0.1", kGzip, false},
                      Row{"br, identity;q=0", kBrotli, true}, Row{"", kNo, false},
                      Row{";q=1", kNo, false}));

TEST(AcceptEncodingFieldsTest, CountAsOneList) {
  AcceptEncoding accept(kGzipAlone);
  accept.Add("br");
  EXPECT_EQ(accept.best(), kNo);
  accept.Add("gzip;q=0.2");
  EXPECT_EQ(accept.best(), kGzip);
  accept.Add("identity;q=0.3");
  EXPECT_EQ(accept.best(), kNo);
}

TEST(AcceptEncodingFieldsTest, WithoutAnyNothingIsSaid) {
  const AcceptEncoding accept;
  EXPECT_FALSE(accept.given());
  EXPECT_FALSE(accept.refuses_identity());
}

}  // namespace
}  // namespace mailroom::rpc
