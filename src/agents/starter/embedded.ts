import bundle from "../../../dist/starter.bundle" with { type: "file" };

/** Where an executable has its starter files. */
export const embeddedBundle = bundle;
