/** As whom people look around in a system that runs on generated data: nobody else acts for this one. */
export const VISITOR = { email: 'visitor@example.com', password: 'a-visitor-looks-around' };
