using ProcImage;
using ProcImage.CommandLine;
using ProcImage.Loading;

if (!Handover.HasBegun)
    StopSignals.EndAtOnce();

return await new CommandRunner<LoaderOptions>(LoaderCommandLine.Command) { Explain = Failures.Explain }
    .RunAsync(args, Loader.Run);
