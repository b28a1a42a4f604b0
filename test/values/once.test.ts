import { once } from '../../lib/values/once';

test('an answer is worked out once for each argument', () => {
  const asked: string[] = [];
  const lengthOf = once(({ text }: { readonly text: string }) => {
    asked.push(text);
    return text === '' ? undefined : text.length;
  });
  const [empty, long] = [{ text: '' }, { text: 'long' }];

  expect([lengthOf(empty), lengthOf(long), lengthOf(empty), lengthOf(long)]).toEqual([undefined, 4, undefined, 4]);
  expect(asked).toEqual(['', 'long']);
});

test('what fails is worked out again', () => {
  let times = 0;
  const failing = once<object, number>(() => {
    times++;
    if (times === 1) throw new Error('not yet');
    return times;
  });
  const argument = {};

  expect(() => failing(argument)).toThrow('not yet');
  expect([failing(argument), failing(argument)]).toEqual([2, 2]);
});
