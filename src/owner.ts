/** A process, so that another one can tell whether it still lives. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** When it started, in whatever unit the system counts: ids are used again, starts are not. */
  readonly started: string;
}

/** How a process is called in the rows of the runs it holds. */
export const ownerName = ({ host, pid, started }: ProcessIdentity): string => `${host}/${pid}/${started}`;

/**
 * Whether an owner is certainly dead: it ran on this machine, and no process of that id and start is there any more. What
 * another machine's processes do can't be seen from here; their leases run out by themselves.
 */
export const isDeadOwner = (owner: string, self: ProcessIdentity, startOf: (pid: number) => string | null): boolean => {
  const [, host, pid, started] = /^(.*)\/(\d+)\/(.*)$/.exec(owner) ?? [];
  if (host !== self.host || pid === undefined || owner === ownerName(self)) return false;
  return startOf(Number(pid)) !== started;
};
