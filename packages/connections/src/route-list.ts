/** For the plan of a system: the routes of `connectionRoutes`, as `METHOD path`. @param first where they are: `/api/v1/integrations`. */
export function routeList(first: string): string[] {
  return [
    `GET ${first}/providers`,
    `POST ${first}/connections`,
    `POST ${first}/connections/complete`,
    `GET ${first}/connections`,
    `POST ${first}/connections/:id/check`,
    `DELETE ${first}/connections/:id`,
  ];
}
