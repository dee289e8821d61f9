/** Secrets that the service makes for itself, so that all replicas of one store have the same. */
export interface SecretStore {
  /** The secret of this name. `fresh` becomes it where there is none yet: of all who come at once, one's does. */
  ensure(name: string, fresh: string): Promise<string>;
}
