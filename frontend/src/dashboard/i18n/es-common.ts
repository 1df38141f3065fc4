/** Words of the frame, in Spanish. */

import type { Words } from ".";

export const common: Words["common"] = {
  title: (view) => `${view} · Keepless`,
  viewsLabel: "Vistas",
  views: {
    overview: "Resumen",
    credit: "Crédito",
    spending: "Gastos",
    trends: "Tendencias",
    recurring: "Recurrentes",
    transactions: "Movimientos",
    banks: "Bancos",
  },
  asking: (banks) => (banks === 1 ? "Consultando su banco" : `Consultando ${banks} bancos`),
  askingNamed: (names) => `Consultando ${names}`,
  progress: (done, asked, rows, rowsText, missing) =>
    `${done === 1 ? "Ha respondido" : "Han respondido"} ${done} de ${asked} bancos; ${rowsText} ${rows === 1 ? "movimiento" : "movimientos"} hasta ahora. Falta ${missing}`,
  reading: (months) => `Leyendo ${months} meses de historial; lo que ya se ve se puede usar`,
  asked: (when) => `Consultado: ${when}`,
  looking: (names, banks) => (banks === 1 ? `Buscando novedades en ${names}` : `Buscando novedades en ${banks} bancos`),
  updatedNow: "Acaba de actualizarse.",
  age: {
    asOf: (ago) => `datos de ${ago}`,
    asOfBank: (bank, ago) => `${bank}: datos de ${ago}`,
    old: (span) => `Esto es de hace ${span}.`,
    oldBank: (bank, span) => `Lo que se ve de ${bank} tiene ${span} de antigüedad.`,
  },
  tier: {
    history: (days: string): string => `Su plan alcanza ${days} días atrás.`,
    see: "Ver su plan",
    noTrends: "Su plan no incluye las tendencias: a cuánto ascendió cada mes de los últimos dos años y cómo se usaron sus tarjetas.",
    keptTrends: "Lo que este navegador guarda de ellas se queda como está. Puede guardarlo en un archivo y eliminarlo.",
  },
  recovery: {
    why: "Las claves de sus bancos están solo en este navegador y se van con sus cookies.",
    save: "Guardar un archivo de recuperación",
    later: "Ahora no",
  },
  askAgain: "Consultar de nuevo",
  skeleton: "En camino",
  language: "Idioma",
  skip: "Ir al contenido",
  start: "Keepless, página de inicio",
  main: "Principal",
  addBank: "Añadir un banco",
  account: "Cuenta",
  yourData: "Sus datos",
  signOut: "Cerrar sesión",
  signOutTitle: "Termina esta sesión; las claves de sus bancos siguen selladas en este navegador",
  logOut: "Cerrar sesión",
  logOutMore: "y desconectar",
  logOutTitle: "Desconecta sus bancos en Plaid y borra las cookies",
  status: "Estado",
  held: (browser, server) => `Lo que se guarda sobre usted: *${browser}* en este navegador; en el servidor: *${server}*`,
  heldInBrowser: { cookies: "cookies selladas", all: "cookies selladas y sus tendencias selladas", trends: "sus tendencias selladas y su clave", nothing: "nada" },
  heldOnServer: "nada",
  empty: {
    unread: "No se ha podido leer ninguno de sus bancos, así que aún no hay nada que mostrar. Arriba se indica qué necesita cada uno.",
    filtered: "Ningún movimiento coincide con el filtro.",
    showAll: "Mostrar todos los movimientos",
    none: (banks, months) =>
      `${banks === 1 ? "Su banco ha respondido y no comunica" : "Sus bancos han respondido y no comunican"} ningún movimiento en los últimos ${months} meses.`,
  },
  faults: {
    offline: {
      title: "No se puede acceder a Keepless",
      detail: "Parece que este navegador no tiene conexión. Lo que se ve permanece; se consultará de nuevo cuando vuelva la conexión.",
    },
    broken_off: {
      title: "La respuesta se ha interrumpido",
      detail: "La conexión terminó antes de que respondieran todos los bancos. Se muestra lo que llegó.",
    },
    session: {
      title: "Su sesión ha terminado",
      detail: "El servidor no guarda nada de ella. Lo que se ve desaparecerá al cerrar esta página.",
      next: "Conectar sus bancos",
    },
    other: {
      title: "El servidor no ha podido responder",
      detail: "No se ha cambiado nada. Inténtelo de nuevo en un momento.",
    },
  },
};
