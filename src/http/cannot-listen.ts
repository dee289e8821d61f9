interface Address {
  readonly host: string;
  readonly port: number;
}

/** Why a server cannot listen on an address, with the remedy. `error`: what the attempt threw. */
export const cannotListen = ({ host, port }: Address, error: unknown): Error => {
  const { code } = error as { code?: unknown };
  const why =
    code === "EADDRINUSE"
      ? "the port is in use: set another PORT, or stop the process that uses it"
      : code === "EACCES"
        ? "this process is not allowed to use the port: set a PORT of 1024 or above"
        : "this machine does not have this address: set another HOST";
  return new Error(`cannot listen on ${host}, port ${port}: ${why}`, { cause: error });
};
