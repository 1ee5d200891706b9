/** Of a connection, where nothing else is asked for, and at most. */
export const pageSize = { default: 20, max: 100 }
