// SPDX-License-Identifier: Apache-2.0
// Node's own http client against mailroomd: node node_http.mjs URL. Says as JSON what came of each
// check: "ok", or what was wrong.
import assert from "node:assert/strict";
import http from "node:http";

const [url] = process.argv.slice(2);
const greet = `${url}/mailroom.greet.v1.GreetService/Greet`;
const echo = `${url}/mailroom.echo.v1.EchoService/Echo`;
const type = { "content-type": "application/json" };

// Sends `pieces` one after the other; more than one go out chunked.
function post(where, pieces, options = {}) {
  return new Promise((resolve, reject) => {
    const headers = { ...type, ...options.headers };
    if (pieces.length === 1) headers["content-length"] = Buffer.byteLength(pieces[0]);
    const request = http.request(where, { method: "POST", agent: options.agent, headers });
    request.on("error", reject);
    request.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (piece) => (body += piece));
      response.on("error", reject);
      response.on("end", () => resolve({ response, body, reused: request.reusedSocket }));
    });
    const send = () => {
      for (const piece of pieces) request.write(piece);
      request.end();
    };
    if (options.headers?.expect) {
      request.on("continue", send);
      request.flushHeaders();
    } else {
      send();
    }
  });
}

const checks = {
  async keep_alive() {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = 0; i < 20; ++i) {
      const { response, body, reused } = await post(greet, [`{"name":"${i}"}`], { agent });
      assert.equal(response.statusCode, 200);
      assert.equal(body, `{"message":"Hello, ${i}"}`);
      assert.equal(reused, i > 0);
    }
    agent.destroy();
  },

  async many_at_once() {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
    const calls = Array.from({ length: 500 }, (_, i) => post(greet, [`{"name":"${i}"}`], { agent }));
    const answers = await Promise.all(calls);
    answers.forEach(({ body }, i) => assert.equal(body, `{"message":"Hello, ${i}"}`));
    agent.destroy();
  },

  async a_body_in_chunks() {
    const { body } = await post(greet, ['{"na', 'me":', '"chunks"}']);
    assert.equal(body, '{"message":"Hello, chunks"}');
  },

  async a_large_body_after_100_continue() {
    const message = "z".repeat(1000000);
    const headers = { expect: "100-continue" };
    const { response, body } = await post(echo, [JSON.stringify({ message })], { headers });
    assert.equal(response.statusCode, 200);
    assert.equal(JSON.parse(body).message, message);
  },

  async connection_close() {
    const { response } = await post(greet, ["{}"], { headers: { connection: "close" } });
    assert.equal(response.headers.connection, "close");
  },

  async an_error() {
    const { response, body } = await post(`${greet}ings`, ["{}"]);
    assert.equal(response.statusCode, 404);
    assert.equal(JSON.parse(body).code, "unimplemented");
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
process.exit(0);
