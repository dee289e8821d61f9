/** Why a file or folder cannot be read, completing "the file …", with a remedy. */
export const systemErrorText = (error: unknown, what: "file" | "folder"): string => {
  const { code } = error as { readonly code?: unknown };
  switch (code) {
    case "ENOENT":
      return "is a link to something that does not exist: correct the link, or remove it";
    case "ELOOP":
      return "is a link that leads to itself: correct the link, or remove it";
    case "EACCES":
    case "EPERM":
      return `cannot be read by this user: change the ${what}'s permissions`;
    case "ENOTDIR":
      return "is not a folder: name one in AGENTS_DIR";
    default:
      return `cannot be read${typeof code === "string" ? ` (${code})` : ""}: see that the ${what} and its disk are in order`;
  }
};
