// A provider of work accounts that speaks OpenID Connect as far as a sign-in needs it. It asks one question: who.

import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";

const base64 = (value) => Buffer.from(value).toString("base64url");

/** Starts one. `people` are names by which it signs in, each with what its token says. */
export async function startProvider(people) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const codes = new Map();
  let made = 0;
  let away = false;

  const token = (claims) => {
    const signed = `${base64(JSON.stringify({ alg: "ES256", kid: "one" }))}.${base64(JSON.stringify(claims))}`;
    return `${signed}.${base64(sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" }))}`;
  };
  const pages = {
    "/.well-known/openid-configuration": () => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
    }),
    "/keys": () => ({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "one" }] }),
    "/token": (asked) => {
      const { claims, challenge } = codes.get(asked.get("code"));
      codes.delete(asked.get("code"));
      const proof = createHash("sha256").update(asked.get("code_verifier")).digest("base64url");
      return proof === challenge ? { id_token: token(claims), token_type: "Bearer" } : { error: "invalid_grant" };
    },
  };

  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, issuer);
    if (away) return response.writeHead(503).end();
    if (pathname === "/authorize") {
      const links = Object.entries(people).map(([name, more]) => {
        const now = Math.floor(Date.now() / 1000);
        const times = { iat: now, exp: now + 300 };
        const claims = { iss: issuer, aud: "scorecard", nonce: searchParams.get("nonce"), ...times, ...more };
        // Codes that were used are gone, so their number would come again within a second.
        made += 1;
        const code = `code-${made}`;
        codes.set(code, { claims, challenge: searchParams.get("code_challenge") });
        const back = new URL(searchParams.get("redirect_uri"));
        back.search = new URLSearchParams({ code, state: searchParams.get("state"), iss: issuer });
        return `<p><a href="${back.href.replaceAll("&", "&amp;")}">${name}</a></p>`;
      });
      response.writeHead(200, { "content-type": "text/html" });
      return response.end(`<!doctype html><html lang="en"><title>Provider</title><link rel="icon" href="data:,">${links.join("")}`);
    }
    let body = "";
    for await (const piece of request) body += piece;
    const page = pages[pathname];
    response.writeHead(page ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(page?.(new URLSearchParams(body)) ?? {}));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  return {
    issuer,
    setAway(now) {
      away = now;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
