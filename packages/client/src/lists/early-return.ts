/**
 * Calls `end` as soon as the generator is returned early. By itself a generator returns only when the promise that it
 * awaits has settled, which may be never.
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
