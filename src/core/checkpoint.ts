/**
 * Called after each await of a step that moves money, with a name that is unique in the source. In the shop it does
 * nothing. The crash tests read the names from the source and kill the process at each of them.
 */
export type Checkpoint = (name: string) => void;

export const noCheckpoint: Checkpoint = () => undefined;
