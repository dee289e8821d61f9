/** What hints report to an operator. */
export interface HintLogger {
  /**
   * How this replica learns what others have done, once it is known and whenever it changes. `notified`: by Postgres'
   * notifications. `polling`: they do not arrive, so it only asks the database, several times a second.
   */
  waySettled(way: "notified" | "polling"): void;
}
