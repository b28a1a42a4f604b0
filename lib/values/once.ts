/** Works out an answer once for each argument; it lasts as long as the argument does. */
export function once<K extends object, V>(work: (argument: K) => V): (argument: K) => V {
  const known = new WeakMap<K, { readonly answer: V }>();
  return (argument) => {
    const found = known.get(argument) ?? { answer: work(argument) };
    known.set(argument, found);
    return found.answer;
  };
}
