import { composeTexts } from "../texts.ts";
import { account } from "./account.ts";
import { catalogue } from "./catalogue.ts";
import { chat } from "./chat.ts";
import { errors } from "./errors.ts";
import { history } from "./history.ts";
import { legal } from "./legal.ts";
import { money } from "./money.ts";
import { orders } from "./orders.ts";
import { profile } from "./profile.ts";
import { promotions } from "./promotions.ts";
import { referral } from "./referral.ts";
import { reseller } from "./reseller.ts";

export const es = composeTexts({
  language: "es",
  name: "Español",
  profile,
  chat,
  catalogue,
  orders,
  money,
  account,
  history,
  promotions,
  referral,
  reseller,
  legal,
  errors,
});
