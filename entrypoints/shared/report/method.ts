/** What every report says of the method: what the figures are, and what they cannot be. */

export const methodLimits: string[] = [
  "Unmask looks for traces that face editing and generation leave in the pixels of faces. It looks at nothing else: not at the scene, the words, the voice or the caption.",
  "A level says how strong the signs are that were seen. It is a reason to look closer, not a finding about the people shown or about whoever published the medium, and it is not the chance of being manipulated.",
  "It is wrong in both directions. Heavy compression, filters and retouching can leave similar traces in ordinary media; good work, new methods and small copies can leave no trace it knows. No signs found does not prove a medium genuine.",
  "Each level begins at a threshold that was chosen on ordinary pictures alone, so that a stated share of them lies above it. On other kinds of pictures that share can be larger.",
  "It cannot tell who changed something, how, when, or whether it is meant to mislead, nor whether a medium is shown in its true context.",
  "Content Credentials and metadata are what a file says of itself. They stand beside the detector's result and never enter it. Metadata can be written by anybody; missing metadata says nothing.",
  "The hash speaks of the bytes that were looked at. Another copy of the same picture, smaller or compressed again, has another hash and can have another score.",
  "A reviewer's call is a person's judgement. It is recorded beside the tool's result, with its time, and changes nothing in it.",
];
