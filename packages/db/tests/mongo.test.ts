import { inject } from "vitest";
import { describeStore } from "./describe-store.ts";
import { mongoKind } from "./mongo-kinds.ts";

const deployments = inject("mongoDeployments");
if (deployments.length === 0) throw new Error("no MongoDB was provided: these tests never skip it");

for (const { name, uri } of deployments) describeStore(`MongoDB ${name}`, mongoKind(uri));
