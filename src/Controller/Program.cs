using Libbpf;
using ProcImage.CommandLine;
using ProcImage.Controller;
using ProcImage.Controller.Verbs;

return new CommandRunner<ControllerOptions>(ControllerCommandLine.Command) { Explain = Failures.Explain }
    .Run(args, (options, console) =>
    {
        Bpf.RequireLibrary();
        Bpf.SilenceLibrary();
        return options.Verb switch
        {
            Verb.Activate => Activate.Run(options, console.Output),
            Verb.Deactivate => Deactivate.Run(options, console.Output),
            Verb.Finish => Finish.Run(options, console.Output),
            _ => Status.Run(options, console.Output),
        };
    });
