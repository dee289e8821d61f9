const USER = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];

/**
 * The start of a command whose rest runs as in a container: as process 1 of its own, on a machine of that name. It ends
 * with the command.
 */
export const ownNamespaces = (hostname: string): readonly string[] => [
  "unshare",
  ...[...USER, "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"],
  ...["sh", "-c", `hostname ${hostname} && exec "$0" "$@"`],
];

/** Whether this process may make them: root on Linux, or who may make a user's namespace, and not in every container. */
export const canSeparate = ((): boolean => {
  if (process.platform !== "linux" || Bun.which("unshare") === null || Bun.which("hostname") === null) return false;
  return Bun.spawnSync([...ownNamespaces("yeoul"), "true"]).exitCode === 0;
})();
