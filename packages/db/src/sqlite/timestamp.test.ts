import { describe, expect, it } from "vitest";
import { toTimestamp } from "./timestamp.ts";

const msOfDay = 86_400_000;
const timeMin = Date.parse("0000-01-01T00:00:00.000Z");
const timeMax = Date.parse("9999-12-31T23:59:59.999Z");

describe("toTimestamp", () => {
  it.each([timeMin, timeMax, 0, -1, 1, 999, 1_000, msOfDay - 1, msOfDay, -msOfDay, -msOfDay - 1])(
    "says what Date says of %d",
    (time) => {
      expect(toTimestamp(time)).toBe(new Date(time).toISOString());
    },
  );

  it("says what Date says of any time that can be stored, and of those around it", () => {
    for (let n = 0; n < 20_000; n++) {
      const time = Math.floor(timeMin + Math.random() * (timeMax - timeMin));
      const around = [time - msOfDay, time, time + 1, Math.floor(time / msOfDay) * msOfDay];
      for (const each of around.filter((at) => at >= timeMin && at <= timeMax)) {
        const expected = new Date(each).toISOString();
        if (toTimestamp(each) !== expected)
          expect([each, toTimestamp(each)]).toEqual([each, expected]);
      }
    }
  });
});
