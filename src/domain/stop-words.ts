/** Words that carry a sentence's grammar, or mark it as a question, but not its topic. Lower case. */
export const stopWords: ReadonlySet<string> = new Set(
  `a an the of to in on at for from by with and or but nor if then than so not no as into out up down over about after
  before between is are was were be been being am do does did done can could may might must should would will shall have
  has had having i you he she we they it its him her his hers our ours your yours their theirs my mine me us them this that
  these those who whom whose what which when where why how there here one any all some each every both either more most
  other another only also just very too such own same
  그 이 저 것 거 수 때 등 및 또 또는 그리고 그러나 하지만 그래서 따라서 무엇 무엇을 무엇인가 무엇인가요 뭐 뭘 무슨 어떻게 어떤 어느 언제 언제부터 언제까지
  어디 어디에 어디서 누구 누가 왜 몇 얼마 얼마나 얼마인가요 있다 없다 있는 없는 있나 없나 있나요 없나요 있습니까 있습니다 없습니다 되나 되나요 돼 돼요 될까
  하나 하나요 하면 할까 인가 인가요 맞나요 한다 된다 합니다 됩니다 해야 되면 하는 되는 하고 되고 하지 한 할 된 될 대한 대해 위해 통해 경우 알려 알려줘
  알려주세요`.split(/\s+/u),
);
