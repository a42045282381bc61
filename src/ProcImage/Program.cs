using ProcImage;
using ProcImage.CommandLine;

return await new CommandRunner<LoaderOptions>(LoaderCommandLine.Command) { Explain = Failures.Explain }
    .RunAsync(args, Loader.Run);
