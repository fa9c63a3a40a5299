import type { ErrorTexts } from "../texts.ts";

export const errors: ErrorTexts = {
  insufficient_funds: "Your balance is too low for this. Add money with /topup and try again.",
  quote_expired: "This price has expired. Here is the new one.",
  quote_used: "This price was used already. Here is a new one.",
  price_moved: "The price just changed. Please look at the new one.",
  out_of_stock: "Just sold out. Try another country.",
  providers_unavailable: "The supplier is slow; nothing was charged. Try again or take another country.",
  prices_not_read: "Prices are being read. Please try again in a moment.",
  terms_not_accepted: "Please accept the terms below first.",
  service_blocked: "This service is not sold here. Please choose another one with /buy.",
  not_on_sale: "This is not on sale now. Please choose something else with /buy.",
  sales_paused:
    "Sales are paused for a while. Orders, codes and refunds go on as usual. Please come back later.",
  too_many_open_orders: "You have too many open orders. Finish or cancel one in /orders first.",
  too_many_purchases: "That is a lot of orders in one hour. Please try again a little later.",
  too_many_cancels: "Too many cancellations in one hour. Let this order run: without a code you pay nothing.",
  new_buyer_limit: "You've reached the first-day limit. Try again tomorrow.",
  order_not_found: "I cannot find that order. Your orders are in /orders.",
  order_not_active: "This order's status has changed: /orders",
  cancel_not_supported:
    "This number cannot be cancelled. If no code arrives, your money is released at the end.",
  cancel_begun: "The cancel is already with the supplier. We'll tell you how it ends.",
  too_many_swaps:
    "Too many exchanged numbers in one hour. Wait for the code or cancel: without a code you pay nothing.",
  too_many_alerts: "You already wait for many products. We'll tell you as soon as one is back.",
  another_not_supported: "This number cannot get another code. Use Buy again for a new number.",
  topup_not_found: "I cannot find that payment. Please start again with /topup.",
  topup_expired: "This invoice has expired and nothing was charged. Please start a new one with /topup.",
  topup_amount_invalid: "That amount isn't available. Please choose another one in /topup.",
  gateway_off: "This payment method is unavailable. Please choose another one in /topup.",
  topups_paused:
    "Top-ups are paused for a while. What you have paid is credited as usual. Please try again later.",
  gateway_unavailable:
    "The payment service does not answer. Please try again in a minute or choose another way in /topup.",
  buyer_banned: "Your access to the shop is closed. If you think this is a mistake, use /paysupport.",
  internal: "Something went wrong. Check /orders before trying again.",
};
