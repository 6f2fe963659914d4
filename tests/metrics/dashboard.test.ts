import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { type Scrape, scrape, send } from "./scrape.ts";

/** What Prometheus adds to every series. */
const added = new Set(["instance", "job"]);

interface Target {
  expr: string;
  legendFormat: string;
}

async function read(path: string): Promise<string> {
  return await readFile(new URL(`../../deploy/${path}`, import.meta.url), "utf8");
}

async function readDashboard() {
  const text = await read("grafana/chatnest.json");
  const { panels, templating } = JSON.parse(text);
  const all = panels as { id: number; type: string; title: string; targets?: Target[] }[];
  return { panels: all, targets: all.flatMap(({ targets }) => targets ?? []), templating };
}

async function readAlerts(): Promise<{ name: string; expr: string; text: string }[]> {
  const text = await read("prometheus/alerts.yaml");
  return text
    .split(/^ +- alert: /m)
    .slice(1)
    .map((rule) => {
      const [, name = "", expr = ""] = /^(\w+)\n +expr: (.+)\n/.exec(rule) ?? [];
      return { name, expr, text: rule };
    });
}

/** Checks that all that an expression names is there: metrics, labels, and the values that labels have to have. */
function check(expr: string, found: Scrape): Set<string> {
  const selectors = [...expr.matchAll(/\b(chatnest_\w+)(?:\{([^}]*)\})?/g)];
  expect(selectors, expr).not.toEqual([]);
  const labels = new Set<string>(added);
  for (const [, name = "", matchers = ""] of selectors) {
    const series = found.find(name);
    expect(series, `${name} in ${expr}`).not.toEqual([]);
    for (const label of series.flatMap((one) => Object.keys(one.labels))) labels.add(label);
    for (const [, label = "", operator, value = ""] of matchers.matchAll(/(\w+)(=~?)"([^"]*)"/g)) {
      if (added.has(label)) continue;
      const isMet = series.some(({ labels: { [label]: is } }) =>
        operator === "=" ? is === value : is !== undefined && new RegExp(`^${value}$`).test(is),
      );
      expect(isMet, `${label}="${value}" in ${expr}`).toBe(true);
    }
  }
  for (const [, list = ""] of expr.matchAll(/\bby \(([^)]*)\)/g)) {
    for (const label of list.split(", ")) expect(labels, `${label} in ${expr}`).toContain(label);
  }
  return labels;
}

/** Reads the metrics of a server on which all has happened that dashboards and alerts name. */
async function scrapeUsed(): Promise<Scrape> {
  await using folder = await newFolder();
  await using server = await startServer({ cwd: folder.path });
  await send(server, { user_id: "ann", content: "hi", conversation_id: "tea" });
  await fetch(`${server.url}/nothing`);
  const ends = new AbortController();
  await fetch(`${server.url}/messages/tea/events`, { signal: ends.signal });
  await scrape(server);
  const found = await scrape(server);
  ends.abort();
  return found;
}

it("the dashboard and the alerts name only what a server measures", async () => {
  const found = await scrapeUsed();
  // A server that works has none, so that one request stands for it.
  const count = "chatnest_http_request_duration_seconds_count";
  for (const series of found.find(count, { status: "404" })) series.labels["status"] = "503";
  const { targets, templating } = await readDashboard();
  expect(targets.length).toBeGreaterThan(25);
  for (const { expr, legendFormat } of targets) {
    const labels = check(expr, found);
    for (const [, label = ""] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
      expect(labels, `${label} in ${legendFormat} of ${expr}`).toContain(label);
    }
  }
  expect(JSON.stringify(templating)).toContain("label_values(chatnest_build_info, instance)");
  const alerts = await readAlerts();
  expect(alerts.length).toBeGreaterThan(10);
  for (const { expr, text } of alerts) {
    const labels = check(expr, found);
    for (const [, label = ""] of text.matchAll(/\$labels\.(\w+)/g)) {
      expect(labels, `${label} in ${text}`).toContain(label);
    }
  }
});

it("each metric is on the dashboard, and each panel and alert is there once", async () => {
  const found = await scrapeUsed();
  const { panels, targets } = await readDashboard();
  const shown = targets.map(({ expr }) => expr).join("\n");
  const missing = [...found.families.keys()].filter((name) => !shown.includes(name));
  expect(missing).toEqual(["chatnest_process_start_time_seconds"]);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const names = (await readAlerts()).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { text } of await readAlerts()) {
    expect(text).toMatch(
      /severity: (page|ticket)\n +annotations:\n +summary: .+\n +description: .+/,
    );
  }
});
