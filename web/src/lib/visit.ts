/** Whether the first page of this visit is still to come. */
export const visit = { isFirstPage: true };
