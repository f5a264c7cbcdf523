/** The entry point of the page and of the notebook's widget. */
export const VERSION = 1;
