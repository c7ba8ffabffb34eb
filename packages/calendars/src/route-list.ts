/** For the plan of a system: the routes of `calendarRoutes`, as `METHOD path`. @param first where they are: `/api/v1/integrations`. @param reads as the system says it. */
export function routeList(first: string, { reads }: { reads: boolean }): string[] {
  return [
    `POST ${first}/connections/caldav`,
    `GET ${first}/connections/:id/calendars`,
    `POST ${first}/calendars`,
    `GET ${first}/calendars`,
    `DELETE ${first}/calendars/:id`,
    ...(reads ? [`GET ${first}/calendars/busy`] : []),
  ];
}
