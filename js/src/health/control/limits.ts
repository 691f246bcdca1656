/** The part of the time that repairing may take where nothing speaks against it. */
export const REPAIR_SHARE = 0.1;
