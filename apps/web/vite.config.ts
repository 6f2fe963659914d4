import { defineConfig, loadEnv } from "vite";

const api = ["/trpc", "/messages", "/conversations", "/users", "/docs", "/openapi.json"];

export default defineConfig(({ mode }) => {
  // For `vite` alone: the server that the page talks to while one works on it.
  const { CHATNEST_URL: server = "http://localhost:8000" } = loadEnv(mode, ".", "CHATNEST_");
  return {
    build: {
      target: "es2022",
      // The policy of the server allows files of its own only: nothing is put into the page as data.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
    server: { proxy: Object.fromEntries(api.map((path) => [path, server])) },
  };
});
