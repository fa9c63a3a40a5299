import { counted } from "../plural.ts";
import type { LegalTexts } from "../subjects/legal.ts";

export const legal: LegalTexts = {
  privacy: ({ hours, contact }) =>
    [
      "<b>Privacidad</b>",
      "Guardamos tu id de Telegram, tu @nombre y tu nombre allí, tu idioma, tus pedidos y tus pagos. Nada más sobre ti.",
      `Los textos y códigos de SMS se borran ${counted("es", hours, { one: "hora", other: "horas" })} después de llegar.`,
      "Los pagos y pedidos se guardan el tiempo que exigen la ley y la contabilidad.",
      "Los proveedores ven el servicio y el país que pides, nunca quién eres.",
      "Si borras tus datos, guardamos un hash con clave en lugar de tu id de Telegram, con un bloqueo, una marca de reembolso o una deuda, los códigos promocionales que usaste, y durante 48 horas cuántos pedidos hiciste, para que nadie los anule así. De los recibos solo quedan huellas.",
      contact ? `Preguntas: ${contact}` : "",
      "Puedes borrar tus datos con el botón de abajo.",
    ]
      .filter((line) => line !== "")
      .join("\n"),
  terms: ({ version, contact }) =>
    [
      `<b>Condiciones</b> (versión ${version})`,
      "1. Alquilas un número por poco tiempo para recibir SMS. No es tuyo para siempre.",
      "2. El precio se reserva al pedir y se cobra con el primer SMS. Si no llega ninguno, se devuelve.",
      "3. El saldo es para números de esta tienda. Si un pago falla, usa /paysupport.",
      "4. No uses números para fraude, spam, bancos ni para hacerte pasar por otra persona. Esas cuentas se cierran.",
      "5. Cumple las reglas de los servicios donde te registras y las leyes de tu país.",
      "6. Cada aplicación decide si acepta un número. Un pedido sin código no cuesta nada.",
      contact ? `7. Contacto: ${contact}` : "",
    ]
      .filter((line) => line !== "")
      .join("\n"),
};
