const common = new Set(
  `add all any append apply args assert base begin bind body build call callback cancel children clean clear clone close code color
  compare config connect constructor contains content context copy count create current data default defaults define delete describe
  destroy dispose done emit empty end entries equals error errors event execute exists exit export false field file files filter find
  first flush format forEach from func get getValue group handle handler has hash hashCode head help id import index info init
  initialize insert instance invoke isEmpty item items iterator join json key keys kind label last len length level line lines list
  listen load lock log main make map match max merge message meta method min mode model module name names new next node none null
  number object offset open option options order output params parent parse path paths peek pop position prefix prepare print process
  props push put query raw read ready reduce register release reload remove render replace request reset resolve response result
  results return reverse root run save schema search select self send serialize set setUp setup setValue shift show size sleep slice
  sort source spec split start state status stop store str stream string style submit sum tag target tearDown teardown test text then
  this throw time title token toString transform trim true type types unlock update url use user util utils val validate value
  valueOf values version view visit wait width with wrap write`.split(/\s+/),
);

/** A name that says little: most uses of it mean something else. */
export const isCommon = (name: string): boolean =>
  name.length < 3 || common.has(name) || common.has(name.toLowerCase());
