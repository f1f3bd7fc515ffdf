// SPDX-License-Identifier: Apache-2.0
// connect-node's client over HTTP/1.1 against mirrord: node connect_client.mjs URL.
// Says as JSON what came of each check: "ok", or what was wrong.
import assert from "node:assert/strict";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { compressionGzip, createConnectTransport } from "@connectrpc/connect-node";
import { GrievanceSchema, MirrorService } from "./generated/mirror_pb.js";

const [baseUrl] = process.argv.slice(2);

function client(options) {
  return createClient(
    MirrorService,
    createConnectTransport({ baseUrl, httpVersion: "1.1", ...options }),
  );
}

const json = client({ useBinaryFormat: false });
const binary = client({ useBinaryFormat: true });
const zipped = client({
  useBinaryFormat: true,
  sendCompression: compressionGzip,
  acceptCompression: [compressionGzip],
  compressMinBytes: 1,
});

async function refusal(call) {
  try {
    await call;
  } catch (error) {
    return ConnectError.from(error);
  }
  assert.fail("the call succeeded");
}

async function reflects(client) {
  const answer = await client.reflect({ text: "héllo \u0000 world" });
  assert.equal(answer.text, "héllo \u0000 world");
  assert.equal(answer.hasDeadline, false);
}

async function failsWithDetails(client) {
  const grievance = { about: "the coffee", times: 3n };
  const error = await refusal(client.fail({ message: "not like this", grievance }));
  assert.equal(error.code, Code.FailedPrecondition);
  assert.equal(error.rawMessage, "not like this");
  const [detail, ...others] = error.findDetails(GrievanceSchema);
  assert.equal(others.length, 0);
  assert.equal(detail.about, "the coffee");
  assert.equal(detail.times, 3n);
}

async function metadataBothWays(client) {
  const headers = { "x-one": "first", "x-two-bin": Buffer.from([0, 1, 255]).toString("base64") };
  let header;
  let trailer;
  await client.reflect({ text: "" }, {
    headers,
    onHeader: (got) => (header = got),
    onTrailer: (got) => (trailer = got),
  });
  for (const got of [header, trailer]) {
    assert.equal(got.get("x-one"), "first");
    assert.deepEqual([...Buffer.from(got.get("x-two-bin"), "base64")], [0, 1, 255]);
  }
}

const checks = {
  json: () => reflects(json),
  binary: () => reflects(binary),
  json_error_with_details: () => failsWithDetails(json),
  binary_error_with_details: () => failsWithDetails(binary),
  metadata: () => metadataBothWays(binary),

  async deadline_that_is_met() {
    assert.equal((await binary.reflect({ text: "" }, { timeoutMs: 60000 })).hasDeadline, true);
  },

  async deadline_that_passes() {
    const error = await refusal(binary.reflect({ delayMs: 60000 }, { timeoutMs: 50 }));
    assert.equal(error.code, Code.DeadlineExceeded);
  },

  async cancelled_by_the_caller() {
    const abort = new AbortController();
    const call = refusal(binary.reflect({ delayMs: 60000 }, { signal: abort.signal }));
    setTimeout(() => abort.abort(), 20);
    assert.equal((await call).code, Code.Canceled);
  },

  async an_unknown_method() {
    const other = { ...MirrorService.method.reflect, name: "NotThere" };
    const transport = createConnectTransport({ baseUrl, httpVersion: "1.1" });
    const error = await refusal(
      transport.unary(other, undefined, undefined, undefined, { text: "" }),
    );
    assert.equal(error.code, Code.Unimplemented);
  },

  async many_at_once_and_large_ones() {
    const texts = Array.from({ length: 100 }, (_, i) => `${i} `.repeat(1 + i * 200));
    const answers = await Promise.all(texts.map((text) => binary.reflect({ text })));
    assert.deepEqual(answers.map((answer) => answer.text), texts);
  },

  async gzip_both_ways() {
    const text = "again and ".repeat(10000);
    let encoding;
    const onHeader = (got) => (encoding = got.get("content-encoding"));
    assert.equal((await zipped.reflect({ text }, { onHeader })).text, text);
    assert.equal(encoding, "gzip");
  },
};

const results = {};
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    results[name] = "ok";
  } catch (error) {
    results[name] = String(error.stack ?? error);
  }
}
console.log(JSON.stringify(results));
process.exit(0); // sockets that are kept alive would hold it
