import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // A server's bundle has all of it inside, as Next.js makes it.
  ssr: { noExternal: true },
});
