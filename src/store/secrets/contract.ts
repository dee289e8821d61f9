/** Secrets that the service generates for itself, so that all replicas of one store share them. */
export interface SecretStore {
  /**
   * Returns the secret of this name. Stores `fresh` when there is none yet; of concurrent calls, one's value is stored.
   */
  ensure(name: string, fresh: string): Promise<string>;
}
