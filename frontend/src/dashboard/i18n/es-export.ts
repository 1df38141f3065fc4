/** Words of the export, in Spanish. */

import type { Words } from ".";

const counted = (rows: string, one: boolean): string => `${rows} ${one ? "movimiento" : "movimientos"}`;

export const exporting: Words["exporting"] = {
  open: "Exportar",
  title: "Exportar movimientos",
  which: "Qué movimientos",
  shown: (rows, one) => `Lo que muestra el filtro: ${counted(rows, one)}`,
  all: (rows, one) => `Todo: ${counted(rows, one)}`,
  how: "Formato",
  formats: {
    csv: ["CSV", "para una hoja de cálculo"],
    json: ["JSON", "para un programa: incluye cuentas y saldos"],
    ofx: ["OFX 2.2", "para contabilidad: solo lo contabilizado"],
  },
  days: "Hasta hace",
  span: { 30: "30 días", 90: "90 días", 365: "12 meses", 730: "24 meses" },
  note: (banks) =>
    `${banks === 1 ? "Se consulta de nuevo a su banco" : "Se consulta de nuevo a sus bancos"}. El archivo se hace en memoria, llega a este navegador y no se guarda en ningún otro sitio.`,
  ofxPending: "OFX solo admite lo contabilizado, y el filtro muestra lo pendiente.",
  nothing: "No hay ningún movimiento que exportar.",
  save: "Guardar el archivo",
  working: (banks) => (banks === 1 ? "Consultando su banco…" : "Consultando sus bancos…"),
  saved: (name) => `${name} ya está en su navegador.`,
  partial: "Guardar lo que se ha podido leer",
  offline: "No se ha podido contactar con Keepless. Compruebe su conexión e inténtelo de nuevo.",
  broken: "El archivo se interrumpió por el camino. No se ha guardado nada; inténtelo de nuevo.",
  failed: (status) => `El servidor respondió con el estado ${status}. No se ha guardado nada; inténtelo dentro de un momento.`,
  over: "Su visita ha terminado. Conecte de nuevo su banco y vuelva a exportar.",
  connect: "Conectar un banco",
};
