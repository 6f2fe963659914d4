import { expect, it } from "vitest";
import { startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { scrape, send } from "./scrape.ts";

const message = { user_id: "ann", content: "hi", conversation_id: "tea" };

it("answers in the text format of Prometheus, with and without a slash", async () => {
  await using folder = await newFolder();
  await using server = await startServer({ cwd: folder.path });
  for (const path of ["/metrics", "/metrics/"]) {
    const response = await fetch(server.url + path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.text()).toContain("chatnest_build_info");
  }
  const { families } = await scrape(server);
  for (const { name, help, series } of families.values()) {
    expect(name).toMatch(/^chatnest_[a-z_]+$/);
    expect(help).toMatch(/^[A-Z].*\.$/);
    for (const { labels } of series) expect(Object.keys(labels).join()).toMatch(/^[a-z_,]*$/);
  }
});

it("says what was asked, and what became of it", async () => {
  await using folder = await newFolder();
  await using server = await startServer({ cwd: folder.path });
  const id = "message-1";
  expect(await send(server, { ...message, id })).toBe(201);
  expect(await send(server, { ...message, id })).toBe(200);
  expect(await send(server, { ...message, id, content: "other" })).toBe(409);
  expect(await send(server, { ...message, content: 1 })).toBe(422);
  await fetch(
    `${server.url}/trpc/messages.page?input=${encodeURIComponent('{"conversation_id":"tea"}')}`,
  );
  await fetch(`${server.url}/trpc/messages.page,messages.page?batch=1&input={}`);
  await fetch(`${server.url}/nothing/here`);

  const found = await scrape(server);
  const count = "chatnest_http_request_duration_seconds_count";
  const requests = (labels: Record<string, string>) => found.sum(count, labels);
  for (const status of ["201", "200", "409", "422"]) {
    expect(requests({ method: "POST", path: "/messages", status })).toBe(1);
  }
  expect(requests({ method: "GET", path: "/trpc/messages.page", status: "200" })).toBe(1);
  expect(requests({ path: "/trpc/batch" })).toBe(1);
  expect(requests({ path: "unmatched", status: "404" })).toBe(1);
  const sends = (outcome: string) =>
    found.sum("chatnest_sends_total", { outcome, store: "sqlite" });
  expect([sends("created"), sends("repeated"), sends("refused"), sends("failed")]).toEqual([
    1, 1, 1, 0,
  ]);
  expect(found.sum("chatnest_group_size_sum", { store: "sqlite" })).toBe(3);
  expect(found.sum("chatnest_group_commit_duration_seconds_count")).toBe(3);
  expect(found.sum("chatnest_sends_waiting")).toBe(0);
  expect(found.sum("chatnest_store_errors_total", { code: "conflict" })).toBe(1);
  expect(found.sum("chatnest_store_errors_total", { code: "unavailable" })).toBe(0);
});

it("counts followers while they follow, and how fast entries reach them", async () => {
  await using folder = await newFolder();
  await using server = await startServer({ cwd: folder.path });
  const ends = new AbortController();
  const follow = async (path: string) => {
    const response = await fetch(server.url + path, { signal: ends.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    return reader;
  };
  await send(server, message);
  await Promise.all([
    follow("/messages/tea/events"),
    follow("/messages/tea/events"),
    follow("/users/ann/events"),
  ]);
  const followers = async () => {
    const found = await scrape(server);
    return ["conversation", "user"].map((kind) => found.sum("chatnest_followers", { kind }));
  };
  await expect.poll(followers).toEqual([2, 1]);
  await send(server, message);
  await expect
    .poll(async () => (await scrape(server)).sum("chatnest_followers_woken_total"))
    .toBeGreaterThanOrEqual(2);
  expect((await scrape(server)).sum("chatnest_delivery_delay_seconds_count")).toBeGreaterThan(0);
  ends.abort();
  await expect.poll(followers).toEqual([0, 0]);
});

it("shows the process: what it runs, how much it uses, how late it is", async () => {
  await using folder = await newFolder();
  await using server = await startServer({ cwd: folder.path });
  const found = await scrape(server);
  const [build] = found.find("chatnest_build_info");
  expect(build).toMatchObject({
    value: 1,
    labels: { version: expect.stringMatching(/^\d+\.\d+\.\d+/), node: process.versions.node },
  });
  expect(found.sum("chatnest_process_cpu_seconds_total", { process: "1" })).toBeGreaterThan(0);
  expect(found.sum("chatnest_process_memory_bytes", { kind: "resident" })).toBeGreaterThan(1e7);
  const startedAt = found.sum("chatnest_process_start_time_seconds");
  expect(Math.abs(Date.now() / 1_000 - startedAt)).toBeLessThan(60);
  expect(found.find("chatnest_event_loop_delay_seconds")).toHaveLength(3);
  expect(found.sum("chatnest_event_loop_busy_seconds_total")).toBeGreaterThan(0);
  expect(found.find("chatnest_change_stream_state", { state: "live" })[0]?.value).toBe(1);
  expect(found.find("chatnest_gc_duration_seconds_count", { kind: "minor" })).toHaveLength(1);
});
