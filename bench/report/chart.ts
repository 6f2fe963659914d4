/** A line for each series, over a logarithmic axis. */
export interface Chart {
  title: string;
  xLabel: string;
  yLabel: string;
  series: { name: string; points: (readonly [x: number, y: number])[] }[];
}

const size = { width: 560, height: 320 };
const area = { left: 70, right: 525, top: 70, bottom: 260 };
const colors = ["#0969da", "#cf6a17", "#1a7f5a"];
const style = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 14px }
  .axis { stroke: #59636e } .grid { stroke: #d1d9e0 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .axis { stroke: #9198a1 } .grid { stroke: #3d444d }
  }`;

/** Draws a chart as SVG, readable on a light and on a dark page. */
export function toSvg({ title, xLabel, yLabel, series }: Chart): string {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))].sort(
    (a, b) => a - b,
  );
  const [least = 1, most = 10] = [xs[0], xs.at(-1)];
  const highestY = Math.max(...series.flatMap(({ points }) => points.map(([, y]) => y)));
  const step = niceStep(highestY / 5);
  const steps = Math.ceil(highestY / step);
  const highest = step * steps;
  const toX = (x: number) =>
    round(area.left + (Math.log(x / least) / Math.log(most / least)) * (area.right - area.left));
  const toY = (y: number) => round(area.bottom - (y / highest) * (area.bottom - area.top));
  const grid = Array.from({ length: steps + 1 }, (_, n) => n * step).map(
    (y) => `<line class="grid" x1="${area.left}" x2="${area.right}" y1="${toY(y)}" y2="${toY(y)}"/>
  <text x="${area.left - 8}" y="${toY(y) + 4}" text-anchor="end">${toNumber(y)}</text>`,
  );
  const ticks = xs.map(
    (
      x,
    ) => `<line class="axis" x1="${toX(x)}" x2="${toX(x)}" y1="${area.bottom}" y2="${area.bottom + 5}"/>
  <text x="${toX(x)}" y="${area.bottom + 20}" text-anchor="middle">${toNumber(x)}</text>`,
  );
  const lines = series.map(({ name, points }, n) => {
    const color = colors[n % colors.length];
    const path = points.map(([x, y]) => `${toX(x)},${toY(y)}`).join(" ");
    const dots = points.map(
      ([x, y]) => `<circle cx="${toX(x)}" cy="${toY(y)}" r="3.5" fill="${color}"/>`,
    );
    const legendX = area.left + n * 200;
    return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>
  ${dots.join("")}
  <rect x="${legendX}" y="40" width="12" height="12" rx="2" fill="${color}"/>
  <text x="${legendX + 18}" y="51">${toText(name)}</text>`;
  });
  const middle = (area.top + area.bottom) / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" role="img">
  <title>${toText(title)}</title>
  <style>${style}</style>
  <text class="title" x="${area.left}" y="24">${toText(title)}</text>
  ${grid.join("\n  ")}
  <line class="axis" x1="${area.left}" x2="${area.right}" y1="${area.bottom}" y2="${area.bottom}"/>
  ${ticks.join("\n  ")}
  ${lines.join("\n  ")}
  <text x="${(area.left + area.right) / 2}" y="${area.bottom + 46}" text-anchor="middle">${toText(xLabel)}</text>
  <text x="18" y="${middle}" text-anchor="middle" transform="rotate(-90 18 ${middle})">${toText(yLabel)}</text>
</svg>
`;
}

/** The next greater of 1, 2, 5, 10, 20, 50, ... */
function niceStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return (([1, 2, 5].find((digit) => digit * power >= value) ?? 10) * power * 1e6) / 1e6;
}

function toNumber(value: number): string {
  if (value >= 1_000_000) return `${value / 1_000_000} M`;
  return value.toLocaleString("en", { maximumFractionDigits: 2 });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function toText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
