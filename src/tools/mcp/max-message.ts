/** The longest message of a server, in bytes. */
export const MAX_MESSAGE_BYTES = 128 * 1024 * 1024;
