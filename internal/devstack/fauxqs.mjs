const { startFauxqs } = await import(process.argv[2]);
await startFauxqs({ port: Number(process.argv[3]), logger: false });
