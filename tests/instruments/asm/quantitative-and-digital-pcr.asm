{
 "$asm.manifest": "http://purl.allotrope.org/manifests/pcr/REC/2024/09/qpcr.manifest",
 "qpcr aggregate document": {
  "data system document": {
   "file name": "export",
   "software name": "Reader",
   "software version": "1.2",
   "ASM converter name": "allotropy_x",
   "ASM converter version": "0.1"
  },
  "qpcr document": [
   {
    "measurement aggregate document": {
     "measurement document": [
      {
       "measurement identifier": "A1",
       "target DNA description": "mycoplasma 16S",
       "sample document": {
        "sample identifier": "EV batch 7",
        "well location identifier": "A1"
       },
       "processed data aggregate document": {
        "processed data document": [
         {
          "cycle threshold result (qPCR)": {
           "value": 31.25,
           "unit": "(unitless)"
          }
         }
        ]
       }
      },
      {
       "measurement identifier": "A2",
       "target DNA description": "mycoplasma 16S",
       "sample document": {
        "sample identifier": "EV batch 7",
        "well location identifier": "A2"
       },
       "processed data aggregate document": {
        "processed data document": [
         {
          "cycle threshold result (qPCR)": {
           "value": null,
           "unit": "(unitless)"
          }
         }
        ]
       }
      }
     ]
    }
   },
   {
    "measurement aggregate document": {
     "measurement document": [
      {
       "measurement identifier": "B1",
       "sample document": {
        "sample identifier": "EV batch 7",
        "well location identifier": "B1"
       },
       "total partition count": {
        "value": 20413,
        "unit": "#"
       },
       "processed data aggregate document": {
        "processed data document": [
         {
          "number concentration": {
           "value": 12.5,
           "unit": "#/µL"
          },
          "positive partition count": {
           "value": 140,
           "unit": "#"
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
