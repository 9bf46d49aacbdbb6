{
 "$asm.manifest": "http://purl.allotrope.org/manifests/multi-analyte-profiling/BENCHLING/2024/09/multi-analyte-profiling.manifest",
 "multi analyte profiling aggregate document": {
  "data system document": {
   "file name": "export",
   "software name": "Reader",
   "software version": "1.2",
   "ASM converter name": "allotropy_x",
   "ASM converter version": "0.1"
  },
  "multi analyte profiling document": [
   {
    "measurement aggregate document": {
     "measurement document": [
      {
       "measurement identifier": "one",
       "sample document": {
        "sample identifier": "EV batch 7",
        "location identifier": "B2"
       },
       "error aggregate document": {
        "error document": [
         {
          "error": "NaN",
          "error feature": "CD63 <median role>"
         },
         {
          "error": "too few beads in this well"
         }
        ]
       },
       "analyte aggregate document": {
        "analyte document": [
         {
          "analyte name": "CD9",
          "assay bead count": {
           "value": 82,
           "unit": "#"
          },
          "statistics aggregate document": {
           "statistics document": [
            {
             "statistical feature": "fluorescence",
             "statistic dimension aggregate document": {
              "statistic dimension document": [
               {
                "statistical value": {
                 "value": 1250.5,
                 "unit": "RFU",
                 "has statistic datum role": "median role"
                }
               },
               {
                "statistical value": {
                 "value": 9.0,
                 "unit": "(unitless)",
                 "has statistic datum role": "mean role"
                }
               }
              ]
             }
            }
           ]
          }
         },
         {
          "analyte name": "CD63",
          "assay bead count": {
           "value": 0,
           "unit": "#"
          },
          "statistics aggregate document": {
           "statistics document": [
            {
             "statistical feature": "fluorescence",
             "statistic dimension aggregate document": {
              "statistic dimension document": [
               {
                "statistical value": {
                 "value": -0.0,
                 "unit": "RFU",
                 "has statistic datum role": "median role"
                }
               },
               {
                "statistical value": {
                 "value": 9.0,
                 "unit": "(unitless)",
                 "has statistic datum role": "mean role"
                }
               }
              ]
             }
            }
           ]
          }
         }
        ]
       }
      }
     ]
    }
   }
  ]
 }
}
