import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Debian installs it in a directory that is not in a user's PATH. Null: it is not installed. */
export const nginxPath = Bun.which("nginx", { PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` });

export interface Nginx extends AsyncDisposable {
  /** Asks it over its socket. `path` begins with a slash; the host is `localhost`. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

/**
 * An nginx with these lines in its `http` block. They are what an operator would write, but for `listen 80`, in whose
 * place it listens on a socket file.
 */
export const startNginx = async (lines: string): Promise<Nginx> => {
  if (nginxPath === null) throw new Error("nginx is not installed");
  const folder = mkdtempSync(join(tmpdir(), "yeoul-nginx-"));
  const socket = join(folder, "nginx.sock");
  const settings = join(folder, "nginx.conf");
  const scratch = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  await Bun.write(
    settings,
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr notice;
events {}
http {
  access_log off;
  ${scratch.join("\n  ")}
${lines.replace("listen 80;", `listen unix:${socket};`)}
}
`,
  );
  const child = Bun.spawn([nginxPath, "-p", folder, "-e", "stderr", "-c", settings], {
    stdout: "ignore",
    stderr: "pipe",
  });
  const stop = async () => {
    child.kill();
    await child.exited;
    rmSync(folder, { recursive: true, force: true });
  };
  await listening(child.stderr);
  return {
    ask: (path, init) => fetch(`http://localhost${path}`, { ...init, unix: socket }),
    [Symbol.asyncDispose]: stop,
  };
};

/** nginx opens its sockets, then logs on which system it runs. */
const listening = async (stderr: ReadableStream<Uint8Array>): Promise<void> => {
  let output = "";
  const decoder = new TextDecoder();
  const reader = stderr.getReader();
  while (!output.includes("[notice]") || !output.includes(": OS: ")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`nginx ended: ${output}`);
    output += decoder.decode(value, { stream: true });
  }
  // Reads on, or nginx would block on a full pipe.
  void (async () => {
    while (!(await reader.read()).done);
  })().catch(() => {});
};
