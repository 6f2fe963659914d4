/**
 * Has a generator end something when it is left: by itself it leaves only when what it waits for is there, which may be
 * never.
 */
export function returnEarly<T>(
  items: AsyncGenerator<T, void>,
  end: () => void,
): AsyncGenerator<T, void> {
  const leave = items.return.bind(items);
  items.return = (value) => {
    end();
    return leave(value);
  };
  return items;
}
