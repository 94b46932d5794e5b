/** A promise that never settles must not hold up anything. */

/**
 * Runs `work`; what it resolves to after the deadline is dropped.
 *
 * @throws Error with `message` once the deadline has passed.
 */
export async function withDeadline<T>(
  deadlineMs: number,
  message: string,
  work: () => Promise<T>,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), deadlineMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
