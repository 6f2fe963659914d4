import type { Given, Source } from "./given.ts";
import { nameMongo } from "./mongo-name.ts";
import { type Setting, settingsTable } from "./table.ts";

/** A setting and the value that it has. */
export interface EffectiveSetting {
  name: string;
  /** As it is written in the environment, without secrets; undefined means unset, or hidden. */
  value: string | undefined;
  isHidden: boolean;
  source: Source;
}

/** Lists all settings with the values that they have. Secrets are left out. */
export function listEffective({ values, sourceOf }: Given): EffectiveSetting[] {
  return settingsTable.map((setting) => {
    const value = values[setting.name];
    return {
      name: setting.name,
      source: sourceOf(setting.name),
      ...(value === undefined
        ? { value: setting.default, isHidden: false }
        : hideSecrets(setting, value)),
    };
  });
}

function hideSecrets(
  { shown }: Setting,
  value: string,
): { value: string | undefined; isHidden: boolean } {
  if (shown === undefined) return { value, isHidden: false };
  if (shown === "hidden") return { value: undefined, isHidden: true };
  const [, place] = /^MongoDB (.+)$/.exec(nameMongo(value)) ?? [];
  return { value: place, isHidden: true };
}
