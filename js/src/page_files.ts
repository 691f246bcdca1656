/** The folder of the dashboard's page beside this file: see packaging/page.mjs. */
export const PAGE_URL = new URL('./page/', import.meta.url);
